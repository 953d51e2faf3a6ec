using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>The activations as types, so that each epilogue is compiled with its activation inside the loop.</summary>
internal static class VectorActivations
{
    /// <summary>x.</summary>
    internal readonly struct Identity : IVectorActivation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Apply<TWidth, TVector>(TVector x, TVector slope)
            where TWidth : struct, IVectorArithmetic<TVector>
            where TVector : struct =>
            x;
    }

    /// <summary>max(x, 0).</summary>
    internal readonly struct Relu : IVectorActivation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Apply<TWidth, TVector>(TVector x, TVector slope)
            where TWidth : struct, IVectorArithmetic<TVector>
            where TVector : struct =>
            TWidth.MaxNative(VectorMath<TWidth, TVector>.Zero, x);
    }

    /// <summary>max(x, 0)^2.</summary>
    internal readonly struct Relu2 : IVectorActivation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Apply<TWidth, TVector>(TVector x, TVector slope)
            where TWidth : struct, IVectorArithmetic<TVector>
            where TVector : struct
        {
            var positive = TWidth.MaxNative(VectorMath<TWidth, TVector>.Zero, x);
            return TWidth.Multiply(positive, positive);
        }
    }

    /// <summary>min(max(x, 0), 6).</summary>
    internal readonly struct Relu6 : IVectorActivation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Apply<TWidth, TVector>(TVector x, TVector slope)
            where TWidth : struct, IVectorArithmetic<TVector>
            where TVector : struct =>
            TWidth.MinNative(TWidth.Broadcast(6), TWidth.MaxNative(VectorMath<TWidth, TVector>.Zero, x));
    }

    /// <summary>max(x, 0) - z Phi(-z), z = |x| clamped to 6, Phi(-z) = 2^q(z): within 1e-6 relative, 2e-8 absolute in the far tail.</summary>
    internal readonly struct Gelu : IVectorActivation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Apply<TWidth, TVector>(TVector x, TVector slope)
            where TWidth : struct, IVectorArithmetic<TVector>
            where TVector : struct
        {
            var z = TWidth.MinNative(TWidth.Broadcast(6), TWidth.Abs(x));
            var q = TWidth.Broadcast(8.11937682e-8f);
            q = VectorMath<TWidth, TVector>.Step(q, z, -2.13788667e-6f);
            q = VectorMath<TWidth, TVector>.Step(q, z, 2.15407144e-5f);
            q = VectorMath<TWidth, TVector>.Step(q, z, -7.56739755e-5f);
            q = VectorMath<TWidth, TVector>.Step(q, z, -0.000462983735f);
            q = VectorMath<TWidth, TVector>.Step(q, z, 0.00757803582f);
            q = VectorMath<TWidth, TVector>.Step(q, z, -0.0529289506f);
            q = VectorMath<TWidth, TVector>.Step(q, z, -0.459031731f);
            q = VectorMath<TWidth, TVector>.Step(q, z, -1.15113235f);
            q = VectorMath<TWidth, TVector>.Step(q, z, -0.999999343f);
            var lost = TWidth.Multiply(z, VectorMath<TWidth, TVector>.PowerOfTwo(q));
            return TWidth.Subtract(TWidth.MaxNative(VectorMath<TWidth, TVector>.Zero, x), lost);
        }
    }

    /// <summary>x sigmoid(2 sqrt(2 / pi) (x + 0.044715 x^3)).</summary>
    internal readonly struct GeluTanh : IVectorActivation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Apply<TWidth, TVector>(TVector x, TVector slope)
            where TWidth : struct, IVectorArithmetic<TVector>
            where TVector : struct
        {
            var factor = VectorMath<TWidth, TVector>.Step(TWidth.Broadcast(0.0713548163f), TWidth.Multiply(x, x), 1.59576912f);
            return VectorMath<TWidth, TVector>.Gate(x, TWidth.Multiply(x, factor));
        }
    }

    /// <summary>x sigmoid(1.702 x).</summary>
    internal readonly struct QuickGelu : IVectorActivation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Apply<TWidth, TVector>(TVector x, TVector slope)
            where TWidth : struct, IVectorArithmetic<TVector>
            where TVector : struct =>
            VectorMath<TWidth, TVector>.Gate(x, TWidth.Multiply(TWidth.Broadcast(1.702f), x));
    }

    /// <summary>x sigmoid(x).</summary>
    internal readonly struct Silu : IVectorActivation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Apply<TWidth, TVector>(TVector x, TVector slope)
            where TWidth : struct, IVectorArithmetic<TVector>
            where TVector : struct =>
            VectorMath<TWidth, TVector>.Gate(x, x);
    }

    /// <summary>x min(max(x / 6 + 0.5, 0), 1).</summary>
    internal readonly struct HardSwish : IVectorActivation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Apply<TWidth, TVector>(TVector x, TVector slope)
            where TWidth : struct, IVectorArithmetic<TVector>
            where TVector : struct =>
            TWidth.Multiply(TWidth.MaxNative(TWidth.Broadcast(-3), x), HardSigmoid.Apply<TWidth, TVector>(x, slope));
    }

    /// <summary>min(max(x / 6 + 0.5, 0), 1).</summary>
    internal readonly struct HardSigmoid : IVectorActivation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Apply<TWidth, TVector>(TVector x, TVector slope)
            where TWidth : struct, IVectorArithmetic<TVector>
            where TVector : struct
        {
            var line = TWidth.FusedMultiplyAdd(x, TWidth.Broadcast(1f / 6), TWidth.Broadcast(0.5f));
            return TWidth.MinNative(VectorMath<TWidth, TVector>.One, TWidth.MaxNative(VectorMath<TWidth, TVector>.Zero, line));
        }
    }

    /// <summary>x n / (n + 2), n = e^x (e^x + 2).</summary>
    internal readonly struct Mish : IVectorActivation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Apply<TWidth, TVector>(TVector x, TVector slope)
            where TWidth : struct, IVectorArithmetic<TVector>
            where TVector : struct
        {
            var power = VectorMath<TWidth, TVector>.Exp(TWidth.MinNative(TWidth.Broadcast(20), x));
            var n = TWidth.Multiply(power, TWidth.Add(power, TWidth.Broadcast(2)));
            var share = TWidth.Divide(n, TWidth.Add(n, TWidth.Broadcast(2)));
            return TWidth.Multiply(TWidth.MaxNative(TWidth.Broadcast(-88), x), share);
        }
    }

    /// <summary>max(x, 0) + log(1 + e^-|x|).</summary>
    internal readonly struct Softplus : IVectorActivation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Apply<TWidth, TVector>(TVector x, TVector slope)
            where TWidth : struct, IVectorArithmetic<TVector>
            where TVector : struct
        {
            var power = VectorMath<TWidth, TVector>.Exp(TWidth.Subtract(VectorMath<TWidth, TVector>.Zero, TWidth.Abs(x)));
            var positive = TWidth.MaxNative(VectorMath<TWidth, TVector>.Zero, x);
            return TWidth.Add(positive, VectorMath<TWidth, TVector>.LogOnePlus(power));
        }
    }

    /// <summary>x where x &gt; 0, else e^x - 1.</summary>
    internal readonly struct Elu : IVectorActivation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Apply<TWidth, TVector>(TVector x, TVector slope)
            where TWidth : struct, IVectorArithmetic<TVector>
            where TVector : struct =>
            TWidth.Select(TWidth.LessThan(VectorMath<TWidth, TVector>.Zero, x), x, VectorMath<TWidth, TVector>.ExpMinusOne(x));
    }

    /// <summary>scale (x where x &gt; 0, else alpha (e^x - 1)).</summary>
    internal readonly struct Selu : IVectorActivation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Apply<TWidth, TVector>(TVector x, TVector slope)
            where TWidth : struct, IVectorArithmetic<TVector>
            where TVector : struct
        {
            var positive = TWidth.Multiply(TWidth.Broadcast(1.05070099f), x);
            var negative = TWidth.Multiply(TWidth.Broadcast(1.75809934f), VectorMath<TWidth, TVector>.ExpMinusOne(x));
            return TWidth.Select(TWidth.LessThan(VectorMath<TWidth, TVector>.Zero, x), positive, negative);
        }
    }

    /// <summary>x where x &gt; 0, else slope x.</summary>
    internal readonly struct LeakyRelu : IVectorActivation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Apply<TWidth, TVector>(TVector x, TVector slope)
            where TWidth : struct, IVectorArithmetic<TVector>
            where TVector : struct =>
            TWidth.Select(TWidth.LessThan(VectorMath<TWidth, TVector>.Zero, x), x, TWidth.Multiply(slope, x));
    }

    /// <summary>tanh(x).</summary>
    internal readonly struct Tanh : IVectorActivation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Apply<TWidth, TVector>(TVector x, TVector slope)
            where TWidth : struct, IVectorArithmetic<TVector>
            where TVector : struct =>
            VectorMath<TWidth, TVector>.Tanh(x);
    }

    /// <summary>1 / (1 + e^-x).</summary>
    internal readonly struct Sigmoid : IVectorActivation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Apply<TWidth, TVector>(TVector x, TVector slope)
            where TWidth : struct, IVectorArithmetic<TVector>
            where TVector : struct =>
            VectorMath<TWidth, TVector>.Gate(VectorMath<TWidth, TVector>.One, x);
    }
}
