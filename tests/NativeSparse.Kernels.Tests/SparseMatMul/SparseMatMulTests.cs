using Xunit;

namespace NativeSparse.Kernels.Tests;

public sealed class ReferenceSparseMatMulTests() : SparseMatMulContract(Versions.Reference());

public sealed class Vector128SparseMatMulTests() : SparseMatMulContract(Versions.Vector128());

public sealed class Vector256SparseMatMulTests() : SparseMatMulContract(Versions.Vector256());

public sealed class Vector512SparseMatMulTests() : SparseMatMulContract(Versions.Vector512());

[Trait("Needs", "Device")]
public sealed class OpenClSparseMatMulTests() : SparseMatMulContract(TestDevices.OpenCl());
