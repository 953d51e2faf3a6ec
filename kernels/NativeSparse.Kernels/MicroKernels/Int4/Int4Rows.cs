using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NativeSparse.Kernels;

/// <summary>Rows rounded for int4 tiles, in scratch memory: records of 32 values, minus their sum and, where groups have scales, the scale.</summary>
internal readonly unsafe struct Int4Rows
{
    private const int Group = QuantizedInt4Weights.Group;
    private const int CacheLine = 64;

    private readonly byte* _records;
    private readonly nint _stride;
    private readonly float* _scales;
    private readonly float* _zeros;
    private readonly int _inputWidth;
    private readonly int _groups;
    private readonly bool _hasGroupScales;

    /// <summary>Rows in <see cref="Bytes(int, Int4Matrix)"/> of memory that begins with a cache line.</summary>
    public Int4Rows(void* memory, int rows, Int4Matrix matrix)
    {
        _inputWidth = matrix.InputWidth;
        _groups = matrix.GroupCount;
        _hasGroupScales = matrix.HasGroupScales;
        InputBytes = Bytes(matrix);
        _stride = Lines(InputBytes);
        _records = (byte*)memory;
        _scales = (float*)(_records + (rows * _stride));
        _zeros = (float*)((byte*)_scales + ColumnBytes(rows));
    }

    public int InputBytes { get; }

    /// <summary>Bytes from one row to the next.</summary>
    public nint Stride => _stride;

    /// <summary>Bytes of a row that is multiplied with these weights.</summary>
    public static int Bytes(Int4Matrix matrix) => matrix.GroupCount * Int4Group.RecordBytes(matrix.HasGroupScales);

    public static nint Bytes(int rows, Int4Matrix matrix) => (rows * Lines(Bytes(matrix))) + (2 * ColumnBytes(rows));

    public static Int4Rows Rent(Scratch scratch, int rows, Int4Matrix matrix) =>
        new(scratch.Rent((nuint)Bytes(rows, matrix)), rows, matrix);

    public byte* Row(int row) => _records + (row * _stride);

    public float* Scales(int row) => _scales + row;

    public float* Zeros(int row) => _zeros + row;

    /// <summary>Copies one row into others that are multiplied with weights of the same shape.</summary>
    public void CopyTo(int row, in Int4Rows destination, int place)
    {
        Buffer.MemoryCopy(Row(row), destination.Row(place), InputBytes, InputBytes);
        destination._scales[place] = _scales[row];
        destination._zeros[place] = _zeros[row];
    }

    /// <summary>Rounds one row, with one scale and zero point or with a symmetric scale for each group.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Quantize(int row, float* x)
    {
        var record = Row(row);
        var whole = default(QuantizedRow);
        var inverse = 0f;
        if (!_hasGroupScales)
        {
            whole = RowQuantizer.Measure(x, _inputWidth, out inverse);
            _scales[row] = whole.Scale;
            _zeros[row] = -whole.Scale * (whole.Zero - QuantizedRow.Middle);
        }

        for (var group = 0; group < _groups; group++)
        {
            var count = Math.Clamp(_inputWidth - (group * Group), 0, Group);
            var values = x + (group * Group);
            var scale = whole;
            if (_hasGroupScales)
            {
                var magnitude = default(RowMagnitude);
                magnitude.Add(values, count);
                scale = QuantizedRow.OfMagnitude(magnitude.Value, out inverse);
                *(float*)(record + Group + sizeof(int)) = scale.Scale;
            }

            if (count == Group && !float.IsNaN(scale.Scale))
            {
                RowQuantizer.StoreGroup(values, scale, inverse, (sbyte*)record);
            }
            else
            {
                RowQuantizer.Store(values, count, scale, inverse, RowEncoding.SignedBytes, record, Group);
            }

            *(int*)(record + Group) = -Sum((sbyte*)record);
            record += Int4Group.RecordBytes(_hasGroupScales);
        }
    }

    /// <summary>Whole cache lines.</summary>
    private static nint Lines(nint bytes) => (bytes + CacheLine - 1) / CacheLine * CacheLine;

    /// <summary>Bytes of one value for each row, with a line after them.</summary>
    private static nint ColumnBytes(int rows) => Lines((nint)rows * sizeof(float)) + CacheLine;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Sum(sbyte* values)
    {
        var (low, high) = Vector256.Widen(Vector256.Load(values));
        return Vector256.Sum(PairProducts.Sum(low + high, Vector256.Create((short)1)));
    }
}
