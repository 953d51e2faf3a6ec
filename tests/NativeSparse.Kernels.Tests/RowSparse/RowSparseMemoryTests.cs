using Xunit;

namespace NativeSparse.Kernels.Tests;

public sealed class ReferenceRowSparseMemoryTests() : RowSparseMemoryContract(Versions.Reference(), Precision.Float32);

public sealed class Vector128RowSparseMemoryTests() : RowSparseMemoryContract(Versions.Vector128(), Precision.Float32);

public sealed class Vector256RowSparseMemoryTests() : RowSparseMemoryContract(Versions.Vector256(), Precision.Float32);

public sealed class Vector512RowSparseMemoryTests() : RowSparseMemoryContract(Versions.Vector512(), Precision.Float32);

public sealed class ReferenceInt8RowSparseMemoryTests() : RowSparseMemoryContract(Versions.Reference(), Precision.Int8);

public sealed class Vector128Int8RowSparseMemoryTests() : RowSparseMemoryContract(Versions.Vector128(), Precision.Int8);

public sealed class Vector256Int8RowSparseMemoryTests() : RowSparseMemoryContract(Versions.Vector256(), Precision.Int8);

public sealed class Vector512Int8RowSparseMemoryTests() : RowSparseMemoryContract(Versions.Vector512(), Precision.Int8);

public sealed class AvxVnniInt8RowSparseMemoryTests() : RowSparseMemoryContract(Versions.AvxVnni(), Precision.Int8);

public sealed class DotProductInt8RowSparseMemoryTests() : RowSparseMemoryContract(Versions.DotProduct(), Precision.Int8);

public sealed class Avx512VnniInt8RowSparseMemoryTests() : RowSparseMemoryContract(Versions.Avx512Vnni(), Precision.Int8);

[Trait("Needs", "Device")]
public sealed class OpenClRowSparseMemoryTests() : RowSparseMemoryContract(TestDevices.OpenCl(), Precision.Float32);

[Trait("Needs", "Device")]
public sealed class OpenClInt8RowSparseMemoryTests() : RowSparseMemoryContract(TestDevices.OpenCl(), Precision.Int8);
