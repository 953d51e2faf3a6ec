using System.Runtime.InteropServices;

namespace NativeSparse.Kernels.Tests;

/// <summary>A float32 matrix in native memory whose rows may lie apart; what lies between them must stay as it is.</summary>
internal sealed unsafe class Operand : IDisposable
{
    private const float Canary = 12345.678f;

    private readonly float* _memory;
    private readonly int _length;

    public Operand(int rows, int columns, int gap = 0, float? fill = null, Random? random = null)
    {
        _length = Math.Max(rows * (columns + gap), 1);
        _memory = (float*)NativeMemory.AlignedAlloc((nuint)_length * sizeof(float), 64);
        new Span<float>(_memory, _length).Fill(Canary);
        View = View.Create((nint)_memory, rows, columns, columns + gap);
        for (var r = 0; r < rows; r++)
        {
            foreach (ref var value in Row(r))
            {
                value = random is null ? fill ?? 0 : Sample(random);
            }
        }
    }

    public View View { get; }

    public Span<float> Row(int row) => new((float*)View.Address + ((nint)row * View.Stride), View.Columns);

    public float[] Values() => Enumerable.Range(0, View.Rows).SelectMany(r => Row(r).ToArray()).ToArray();

    public bool GapsAreUntouched()
    {
        for (var i = 0; i < _length; i++)
        {
            if (View.Columns < View.Stride && i % View.Stride >= View.Columns && _memory[i] != Canary)
            {
                return false;
            }
        }

        return true;
    }

    public void Dispose() => NativeMemory.AlignedFree(_memory);

    public static float[] Sample(Random random, int count)
    {
        var values = new float[count];
        foreach (ref var value in values.AsSpan())
        {
            value = Sample(random);
        }

        return values;
    }

    private static float Sample(Random random) => (random.NextSingle() * 2) - 1;
}
