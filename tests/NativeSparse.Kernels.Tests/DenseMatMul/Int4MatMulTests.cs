namespace NativeSparse.Kernels.Tests;

public sealed class ReferenceInt4MatMulTests() : Int4MatMulContract(Versions.Reference());

public sealed class Vector128Int4MatMulTests() : Int4MatMulContract(Versions.Vector128());

public sealed class Vector256Int4MatMulTests() : Int4MatMulContract(Versions.Vector256());

public sealed class Vector512Int4MatMulTests() : Int4MatMulContract(Versions.Vector512());

public sealed class AvxVnniInt4MatMulTests() : Int4MatMulContract(Versions.AvxVnni());

public sealed class DotProductInt4MatMulTests() : Int4MatMulContract(Versions.DotProduct());

public sealed class Avx512VnniInt4MatMulTests() : Int4MatMulContract(Versions.Avx512Vnni());

public sealed class AmxInt8Int4MatMulTests() : Int4MatMulContract(Versions.AmxInt8());
