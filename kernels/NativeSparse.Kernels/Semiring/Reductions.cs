using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>Sum, minimum and maximum.</summary>
internal static class Reductions
{
    internal readonly struct Sum : IReduction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Add<TWidth, TVector>(TVector total, TVector value, TVector weight)
            where TWidth : struct, IVectorWidth<TVector>
            where TVector : struct => TWidth.FusedMultiplyAdd(value, weight, total);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Join<TWidth, TVector>(TVector left, TVector right)
            where TWidth : struct, IVectorWidth<TVector>
            where TVector : struct => TWidth.Add(left, right);

        public static float Add(float total, float value, float weight) => MathF.FusedMultiplyAdd(value, weight, total);

        public static float Join(float left, float right) => left + right;
    }

    internal readonly struct Min : IReduction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Add<TWidth, TVector>(TVector total, TVector value, TVector weight)
            where TWidth : struct, IVectorWidth<TVector>
            where TVector : struct => Extremes<TVector>.Min(total, TWidth.Multiply(value, weight));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Join<TWidth, TVector>(TVector left, TVector right)
            where TWidth : struct, IVectorWidth<TVector>
            where TVector : struct => Extremes<TVector>.Min(left, right);

        public static float Add(float total, float value, float weight) => MathF.Min(total, value * weight);

        public static float Join(float left, float right) => MathF.Min(left, right);
    }

    internal readonly struct Max : IReduction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Add<TWidth, TVector>(TVector total, TVector value, TVector weight)
            where TWidth : struct, IVectorWidth<TVector>
            where TVector : struct => Extremes<TVector>.Max(total, TWidth.Multiply(value, weight));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Join<TWidth, TVector>(TVector left, TVector right)
            where TWidth : struct, IVectorWidth<TVector>
            where TVector : struct => Extremes<TVector>.Max(left, right);

        public static float Add(float total, float value, float weight) => MathF.Max(total, value * weight);

        public static float Join(float left, float right) => MathF.Max(left, right);
    }
}
