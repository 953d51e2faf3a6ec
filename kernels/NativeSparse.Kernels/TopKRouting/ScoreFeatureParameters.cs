namespace NativeSparse.Kernels;

/// <summary>What a launch of <see cref="ScoreFeatureKernel"/> is told.</summary>
internal struct ScoreFeatureParameters
{
    public int Experts;

    public int ScoreStride;

    public int ChoiceStride;

    public int FeatureStride;

    public float Threshold;

    public int BiasColumn;

    public int UpColumn;

    public int DownColumn;
}
