namespace NativeSparse.Kernels.Tests;

public sealed class ReferenceExpertSliceTests() : ExpertSliceContract(Versions.Reference(), Precision.Float32);

public sealed class Vector128ExpertSliceTests() : ExpertSliceContract(Versions.Vector128(), Precision.Float32);

public sealed class Vector256ExpertSliceTests() : ExpertSliceContract(Versions.Vector256(), Precision.Float32);

public sealed class Vector512ExpertSliceTests() : ExpertSliceContract(Versions.Vector512(), Precision.Float32);

public sealed class ReferenceBFloat16SliceTests() : ExpertSliceContract(Versions.Reference(), Precision.BFloat16);

public sealed class Vector128BFloat16SliceTests() : ExpertSliceContract(Versions.Vector128(), Precision.BFloat16);

public sealed class Vector256BFloat16SliceTests() : ExpertSliceContract(Versions.Vector256(), Precision.BFloat16);

public sealed class Vector512BFloat16SliceTests() : ExpertSliceContract(Versions.Vector512(), Precision.BFloat16);

public sealed class ReferenceInt8SliceTests() : ExpertSliceContract(Versions.Reference(), Precision.Int8);

public sealed class Vector128Int8SliceTests() : ExpertSliceContract(Versions.Vector128(), Precision.Int8);

public sealed class Vector256Int8SliceTests() : ExpertSliceContract(Versions.Vector256(), Precision.Int8);

public sealed class Vector512Int8SliceTests() : ExpertSliceContract(Versions.Vector512(), Precision.Int8);

public sealed class AvxVnniInt8SliceTests() : ExpertSliceContract(Versions.AvxVnni(), Precision.Int8);

public sealed class DotProductInt8SliceTests() : ExpertSliceContract(Versions.DotProduct(), Precision.Int8);

public sealed class Avx512VnniInt8SliceTests() : ExpertSliceContract(Versions.Avx512Vnni(), Precision.Int8);

public sealed class AmxInt8SliceTests() : ExpertSliceContract(Versions.AmxInt8(), Precision.Int8);
