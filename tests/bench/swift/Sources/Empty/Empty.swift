// What the start of a program in Swift costs that makes no call.

import Foundation

@main
enum Empty {
    static func main() async {
        var now = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now)
        let cpu = Double(now.tv_sec) * 1e6 + Double(now.tv_nsec) / 1e3
        print("{\"cpu_us\": \(cpu), \"wall_us\": 0, \"units\": 1}")
    }
}
