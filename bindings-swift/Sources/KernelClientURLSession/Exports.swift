// For Apple platforms, where what sends requests by a URLSession is part of KernelClient: only another name for it there.
@_exported import KernelClient
