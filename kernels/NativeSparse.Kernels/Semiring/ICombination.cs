namespace NativeSparse.Kernels;

/// <summary>(x) as a type.</summary>
internal interface ICombination
{
    /// <summary>Whether relations' vectors are read.</summary>
    static abstract bool HasRelations { get; }

    static abstract TVector Combine<TWidth, TVector>(TVector x, TVector relation)
        where TWidth : struct, IVectorWidth<TVector>
        where TVector : struct;

    static abstract float Combine(float x, float relation);
}
