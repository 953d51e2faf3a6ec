using Xunit;

namespace NativeSparse.Kernels.Tests;

public sealed class ReferenceExpertDispatchTests() : ExpertDispatchContract(Versions.Reference());

public sealed class Vector128ExpertDispatchTests() : ExpertDispatchContract(Versions.Vector128());

public sealed class Vector256ExpertDispatchTests() : ExpertDispatchContract(Versions.Vector256());

public sealed class Vector512ExpertDispatchTests() : ExpertDispatchContract(Versions.Vector512());

[Trait("Needs", "Device")]
public sealed class OpenClExpertDispatchTests() : ExpertDispatchContract(TestDevices.OpenCl());
