namespace NativeSparse.Kernels;

/// <summary>(+) as a type, so that the JIT compiles one loop into one kernel for each.</summary>
internal interface IReduction
{
    /// <summary>One more message <c>value weight</c>.</summary>
    static abstract TVector Add<TWidth, TVector>(TVector total, TVector value, TVector weight)
        where TWidth : struct, IVectorWidth<TVector>
        where TVector : struct;

    static abstract TVector Join<TWidth, TVector>(TVector left, TVector right)
        where TWidth : struct, IVectorWidth<TVector>
        where TVector : struct;

    static abstract float Add(float total, float value, float weight);

    static abstract float Join(float left, float right);
}
