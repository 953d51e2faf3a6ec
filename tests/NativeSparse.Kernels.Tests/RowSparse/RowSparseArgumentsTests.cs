using Xunit;

namespace NativeSparse.Kernels.Tests;

public sealed class ReferenceRowSparseArgumentsTests() : RowSparseArgumentsContract(Versions.Reference(), Precision.Float32);

public sealed class Vector128RowSparseArgumentsTests() : RowSparseArgumentsContract(Versions.Vector128(), Precision.Float32);

public sealed class Vector256RowSparseArgumentsTests() : RowSparseArgumentsContract(Versions.Vector256(), Precision.Float32);

public sealed class Vector512RowSparseArgumentsTests() : RowSparseArgumentsContract(Versions.Vector512(), Precision.Float32);

public sealed class ReferenceInt8RowSparseArgumentsTests() : RowSparseArgumentsContract(Versions.Reference(), Precision.Int8);

public sealed class Vector128Int8RowSparseArgumentsTests() : RowSparseArgumentsContract(Versions.Vector128(), Precision.Int8);

public sealed class Vector256Int8RowSparseArgumentsTests() : RowSparseArgumentsContract(Versions.Vector256(), Precision.Int8);

public sealed class Vector512Int8RowSparseArgumentsTests() : RowSparseArgumentsContract(Versions.Vector512(), Precision.Int8);

public sealed class AvxVnniInt8RowSparseArgumentsTests() : RowSparseArgumentsContract(Versions.AvxVnni(), Precision.Int8);

public sealed class DotProductInt8RowSparseArgumentsTests() : RowSparseArgumentsContract(Versions.DotProduct(), Precision.Int8);

public sealed class Avx512VnniInt8RowSparseArgumentsTests() : RowSparseArgumentsContract(Versions.Avx512Vnni(), Precision.Int8);

[Trait("Needs", "Device")]
public sealed class OpenClRowSparseArgumentsTests() : RowSparseArgumentsContract(TestDevices.OpenCl(), Precision.Float32);

[Trait("Needs", "Device")]
public sealed class OpenClInt8RowSparseArgumentsTests() : RowSparseArgumentsContract(TestDevices.OpenCl(), Precision.Int8);
