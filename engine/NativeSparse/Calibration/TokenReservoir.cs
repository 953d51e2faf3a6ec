namespace NativeSparse.Calibration;

/// <summary>A uniform random sample of bounded size of the rows that pass by (algorithm R, seeded). Not thread-safe.</summary>
internal sealed class TokenReservoir(int width, int capacity, int seed)
{
    private readonly Random _random = new(seed);
    private float[] _rows = [];
    private int _count;
    private long _seen;

    /// <summary>Rows seen so far.</summary>
    public long Seen => _seen;

    /// <summary>Offers one row.</summary>
    public void Add(ReadOnlySpan<float> row)
    {
        _seen++;
        if (_count < capacity)
        {
            if ((_count + 1) * width > _rows.Length)
            {
                var rows = Math.Min(capacity, Math.Max(256, _count * 2));
                Array.Resize(ref _rows, checked(rows * width));
            }

            row.CopyTo(_rows.AsSpan(_count++ * width, width));
            return;
        }

        var slot = _random.NextInt64(_seen);
        if (slot < capacity)
        {
            row.CopyTo(_rows.AsSpan((int)slot * width, width));
        }
    }

    /// <summary>The sample, row-major.</summary>
    public float[] ToArray() => _rows.AsSpan(0, _count * width).ToArray();
}
