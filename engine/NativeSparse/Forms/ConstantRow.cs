using System.Runtime.InteropServices;
using NativeSparse.Kernels;

namespace NativeSparse.Forms;

/// <summary>One row of float32 constants (a bias) in native memory, or nothing. Owns its memory.</summary>
internal sealed unsafe class ConstantRow : IDisposable
{
    private float* _values;

    public ConstantRow(float[]? values)
    {
        if (values is null)
        {
            return;
        }

        Length = values.Length;
        _values = (float*)NativeMemory.AlignedAlloc((nuint)values.Length * sizeof(float) + 64, 64);
        values.CopyTo(new Span<float>(_values, values.Length));
    }

    /// <summary>Number of values; 0 when absent.</summary>
    public int Length { get; }

    /// <summary>Bytes held.</summary>
    public long ByteCount => (long)Length * sizeof(float);

    /// <summary>The row, or an empty view when absent.</summary>
    public View View => _values is null ? default : View.Create((nint)_values, 1, Length);

    /// <summary>The values; empty when absent.</summary>
    public ReadOnlySpan<float> Values => new(_values, Length);

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.AlignedFree(_values);
        _values = null;
    }
}
