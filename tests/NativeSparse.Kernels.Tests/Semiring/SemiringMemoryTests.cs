using Xunit;

namespace NativeSparse.Kernels.Tests;

public sealed class ReferenceSemiringMemoryTests() : SemiringMemoryContract(Versions.Reference());

public sealed class Vector128SemiringMemoryTests() : SemiringMemoryContract(Versions.Vector128());

public sealed class Vector256SemiringMemoryTests() : SemiringMemoryContract(Versions.Vector256());

public sealed class Vector512SemiringMemoryTests() : SemiringMemoryContract(Versions.Vector512());

[Trait("Needs", "Device")]
public sealed class OpenClSemiringMemoryTests() : SemiringMemoryContract(TestDevices.OpenCl());
