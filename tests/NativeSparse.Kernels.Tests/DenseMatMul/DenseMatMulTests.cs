using Xunit;

namespace NativeSparse.Kernels.Tests;

public sealed class ReferenceDenseMatMulTests() : DenseMatMulContract(Versions.Reference());

public sealed class Vector128DenseMatMulTests() : DenseMatMulContract(Versions.Vector128());

public sealed class Vector256DenseMatMulTests() : DenseMatMulContract(Versions.Vector256());

public sealed class Vector512DenseMatMulTests() : DenseMatMulContract(Versions.Vector512());

[Trait("Needs", "Device")]
public sealed class OpenClDenseMatMulTests() : DenseMatMulContract(TestDevices.OpenCl());
