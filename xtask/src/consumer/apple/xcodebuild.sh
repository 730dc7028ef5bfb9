#!/bin/sh
# In the place of a Mac's `xcodebuild -create-xcframework`: the same folders, and the list of them by which SwiftPM judges.
# Their names are those of Linux, so that nobody takes them for more than they are.
set -eu
[ "$1" = -create-xcframework ]
shift
list=
while [ "$1" != -output ]; do
    [ "$1" = -library ] && [ "$3" = -headers ]
    slice=linux-$(basename "$(dirname "$2")")
    mkdir -p "new.xcframework/$slice"
    cp "$2" "new.xcframework/$slice/"
    cp -R "$4" "new.xcframework/$slice/Headers"
    list="$list<dict><key>LibraryIdentifier</key><string>$slice</string><key>LibraryPath</key><string>$(basename "$2")</string>
<key>HeadersPath</key><string>Headers</string><key>SupportedArchitectures</key><array><string>x86_64</string></array>
<key>SupportedPlatform</key><string>linux</string></dict>
"
    shift 4
done
cat >new.xcframework/Info.plist <<END
<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0"><dict>
<key>AvailableLibraries</key><array>
$list</array>
<key>CFBundlePackageType</key><string>XFWK</string><key>XCFrameworkFormatVersion</key><string>1.0</string>
</dict></plist>
END
mv new.xcframework "$2"
