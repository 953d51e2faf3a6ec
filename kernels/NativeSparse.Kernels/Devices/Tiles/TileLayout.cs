using System.Runtime.InteropServices;

namespace NativeSparse.Kernels;

/// <summary>Builds the memory of matrices that products on a device read: rows of whole groups of four weights, one matrix after another.</summary>
internal sealed class TileLayout(Precision precision)
{
    private readonly List<TileMatrix> _matrices = [];
    private readonly List<ColumnQuantum> _columns = [];
    private byte[] _weights = [];
    private int _length;

    public Precision Precision => precision;

    public IReadOnlyList<TileMatrix> Matrices => _matrices;

    public ReadOnlySpan<byte> Weights => _weights.AsSpan(0, _length);

    public ReadOnlySpan<ColumnQuantum> Columns => CollectionsMarshal.AsSpan(_columns);

    private int WeightBytes => BytesOf(precision);

    /// <summary>Bytes of one weight.</summary>
    public static int BytesOf(Precision precision) => precision switch
    {
        Precision.Float32 => sizeof(float),
        Precision.BFloat16 => sizeof(ushort),
        _ => sizeof(sbyte),
    };

    /// <summary>Adds a matrix, rounded to bfloat16 where that is the precision.</summary>
    public void Add(ReadOnlySpan<float> weights, int inputs, int columns, in TileMatrix place = default)
    {
        var target = Append(inputs, columns, place);
        var stride = _matrices[^1].Stride * 4;
        for (var k = 0; k < inputs; k++)
        {
            var row = weights.Slice(k * columns, columns);
            if (precision == Precision.Float32)
            {
                row.CopyTo(MemoryMarshal.Cast<byte, float>(target)[(k * stride)..]);
                continue;
            }

            var halves = MemoryMarshal.Cast<byte, ushort>(target)[(k * stride)..];
            for (var n = 0; n < columns; n++)
            {
                halves[n] = BFloat16Rounding.Round(row[n]);
            }
        }
    }

    /// <summary>Adds an 8-bit matrix with the scales of its columns.</summary>
    public void Add(ReadOnlySpan<sbyte> weights, ReadOnlySpan<float> scales, int inputs, int columns, in TileMatrix place = default)
    {
        var target = MemoryMarshal.Cast<byte, sbyte>(Append(inputs, columns, place));
        var stride = _matrices[^1].Stride * 4;
        var sums = new int[columns];
        for (var k = 0; k < inputs; k++)
        {
            var row = weights.Slice(k * columns, columns);
            row.CopyTo(target[(k * stride)..]);
            for (var n = 0; n < columns; n++)
            {
                sums[n] += row[n];
            }
        }

        for (var n = 0; n < columns; n++)
        {
            _columns.Add(new ColumnQuantum { Scale = scales[n], Sum = sums[n] });
        }
    }

    private Span<byte> Append(int inputs, int columns, in TileMatrix place)
    {
        var stride = (columns + 3) / 4;
        var size = 4L * inputs * stride * WeightBytes;
        if (_length + size > Array.MaxLength)
        {
            throw new NotSupportedException($"devices hold matrices of up to {Array.MaxLength} bytes in one piece, these have {_length + size} or more");
        }

        var bytes = (int)size;
        var matrix = place;
        matrix.Start = _length / (4 * WeightBytes);
        matrix.Stride = stride;
        matrix.Inputs = inputs;
        matrix.Columns = columns;
        matrix.ColumnStart = _columns.Count;
        _matrices.Add(matrix);
        if (_weights.Length < _length + bytes)
        {
            Array.Resize(ref _weights, Math.Max(_length + bytes, (int)Math.Min(2L * _weights.Length, Array.MaxLength)));
        }

        var target = _weights.AsSpan(_length, bytes);
        _length += bytes;
        return target;
    }
}
