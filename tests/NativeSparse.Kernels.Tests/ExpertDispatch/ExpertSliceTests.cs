namespace NativeSparse.Kernels.Tests;

public sealed class ReferenceExpertSliceTests() : ExpertSliceContract(Versions.Reference());

public sealed class Vector128ExpertSliceTests() : ExpertSliceContract(Versions.Vector128());

public sealed class Vector256ExpertSliceTests() : ExpertSliceContract(Versions.Vector256());

public sealed class Vector512ExpertSliceTests() : ExpertSliceContract(Versions.Vector512());
