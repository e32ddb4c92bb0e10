#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

// The functions of the C library in `Double`, under names that do not collide with the operations of a network.

func expOf(_ x: Double) -> Double { exp(x) }
func logOf(_ x: Double) -> Double { log(x) }
func tanhOf(_ x: Double) -> Double { tanh(x) }
func erfOf(_ x: Double) -> Double { erf(x) }
func cosineOf(_ x: Double) -> Double { cos(x) }
