using ILGPU;

namespace NativeSparse.Kernels;

/// <summary>Ranges that a product left of each row of its outputs; none where it left none.</summary>
/// <param name="Values">A range for each row and each part of it.</param>
/// <param name="Parts">Parts of a row, or 0.</param>
internal readonly record struct RowRanges(ArrayView<RowRange> Values, int Parts);
