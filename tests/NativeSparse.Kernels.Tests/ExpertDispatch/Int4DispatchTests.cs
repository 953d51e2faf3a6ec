namespace NativeSparse.Kernels.Tests;

public sealed class ReferenceInt4DispatchTests() : Int4DispatchContract(Versions.Reference());

public sealed class Vector128Int4DispatchTests() : Int4DispatchContract(Versions.Vector128());

public sealed class Vector256Int4DispatchTests() : Int4DispatchContract(Versions.Vector256());

public sealed class Vector512Int4DispatchTests() : Int4DispatchContract(Versions.Vector512());

public sealed class AvxVnniInt4DispatchTests() : Int4DispatchContract(Versions.AvxVnni());

public sealed class DotProductInt4DispatchTests() : Int4DispatchContract(Versions.DotProduct());

public sealed class Avx512VnniInt4DispatchTests() : Int4DispatchContract(Versions.Avx512Vnni());

public sealed class AmxInt8Int4DispatchTests() : Int4DispatchContract(Versions.AmxInt8());
