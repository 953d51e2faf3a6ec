using Xunit;

namespace NativeSparse.Kernels.Tests;

public sealed class ReferenceBFloat16MatMulTests() : BFloat16MatMulContract(Versions.Reference());

public sealed class Vector128BFloat16MatMulTests() : BFloat16MatMulContract(Versions.Vector128());

public sealed class Vector256BFloat16MatMulTests() : BFloat16MatMulContract(Versions.Vector256());

public sealed class Vector512BFloat16MatMulTests() : BFloat16MatMulContract(Versions.Vector512());

[Trait("Needs", "Device")]
public sealed class OpenClBFloat16MatMulTests() : BFloat16MatMulContract(TestDevices.OpenCl());
