using Xunit;

namespace NativeSparse.Kernels.Tests;

public sealed class ReferenceSparseInt8MatMulTests() : SparseInt8MatMulContract(Versions.Reference());

public sealed class Vector128SparseInt8MatMulTests() : SparseInt8MatMulContract(Versions.Vector128());

public sealed class Vector256SparseInt8MatMulTests() : SparseInt8MatMulContract(Versions.Vector256());

public sealed class Vector512SparseInt8MatMulTests() : SparseInt8MatMulContract(Versions.Vector512());

public sealed class AvxVnniSparseInt8MatMulTests() : SparseInt8MatMulContract(Versions.AvxVnni());

public sealed class DotProductSparseInt8MatMulTests() : SparseInt8MatMulContract(Versions.DotProduct());

public sealed class Avx512VnniSparseInt8MatMulTests() : SparseInt8MatMulContract(Versions.Avx512Vnni());

public sealed class AmxInt8SparseInt8MatMulTests() : SparseInt8MatMulContract(Versions.AmxInt8());

[Trait("Needs", "Device")]
public sealed class OpenClSparseInt8MatMulTests() : SparseInt8MatMulContract(TestDevices.OpenCl());
