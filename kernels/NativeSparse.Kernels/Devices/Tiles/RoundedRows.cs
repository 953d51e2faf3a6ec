using ILGPU;

namespace NativeSparse.Kernels;

/// <summary>Rows rounded to u8 in a device's memory.</summary>
/// <param name="Words">Four values each.</param>
/// <param name="Stride">Words from one row to the next.</param>
/// <param name="Quanta">What each part of each row was rounded by.</param>
/// <param name="Parts">Parts of a row.</param>
internal readonly record struct RoundedRows(ArrayView<int> Words, int Stride, ArrayView<RowQuantum> Quanta, int Parts)
{
    /// <summary>Memory for the rows of a call.</summary>
    public static RoundedRows Rent(in DeviceCall call, View x, int parts, int stride) => new(
        call.Values<int>(call.RentInt32(x.Rows, stride)), stride, call.Values<RowQuantum>(call.RentInt32(x.Rows, 2 * parts)), parts);
}
