using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NativeSparse.Kernels;

/// <summary>The largest magnitude of several pieces of a row, gathered piece by piece. Not thread-safe.</summary>
internal unsafe struct RowMagnitude
{
    private Vector256<float> _high;
    private Vector256<float> _poison;
    private float _rest;

    /// <summary>NaN where a value was not finite.</summary>
    public readonly float Value
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            var half = Vector128.MaxNative(_high.GetLower(), _high.GetUpper());
            half = Vector128.MaxNative(half, Vector128.Shuffle(half, Vector128.Create(2, 3, 0, 1)));
            half = Vector128.MaxNative(half, Vector128.Shuffle(half, Vector128.Create(1, 0, 3, 2)));
            var poison = Vector256.Sum(_poison) + (_rest * 0);
            return float.IsNaN(poison) ? float.NaN : MathF.Max(half.ToScalar(), _rest);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(float* x, int length)
    {
        var (high, poison) = (_high, _poison);
        var i = 0;
        for (; i <= length - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            var values = Vector256.Load(x + i);
            high = Vector256.MaxNative(high, Vector256.Abs(values));
            poison = Vector256.FusedMultiplyAdd(values, Vector256<float>.Zero, poison);
        }

        (_high, _poison) = (high, poison);
        for (; i < length; i++)
        {
            _rest = MathF.Max(_rest, MathF.Abs(x[i]));
        }
    }
}
