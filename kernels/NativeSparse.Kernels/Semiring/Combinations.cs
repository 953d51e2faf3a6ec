using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>Multiplication, addition, and neither.</summary>
internal static class Combinations
{
    internal readonly struct None : ICombination
    {
        public static bool HasRelations => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Combine<TWidth, TVector>(TVector x, TVector relation)
            where TWidth : struct, IVectorWidth<TVector>
            where TVector : struct => x;

        public static float Combine(float x, float relation) => x;
    }

    internal readonly struct Multiply : ICombination
    {
        public static bool HasRelations => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Combine<TWidth, TVector>(TVector x, TVector relation)
            where TWidth : struct, IVectorWidth<TVector>
            where TVector : struct => TWidth.Multiply(x, relation);

        public static float Combine(float x, float relation) => x * relation;
    }

    internal readonly struct Add : ICombination
    {
        public static bool HasRelations => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Combine<TWidth, TVector>(TVector x, TVector relation)
            where TWidth : struct, IVectorWidth<TVector>
            where TVector : struct => TWidth.Add(x, relation);

        public static float Combine(float x, float relation) => x + relation;
    }
}
