namespace NativeSparse.Kernels;

/// <summary>Where the weights of one output of a naive product lie, and which inputs they meet.</summary>
internal struct NaiveColumn
{
    public int FirstInput;

    public int Inputs;

    public int FirstWeight;

    /// <summary>Weights from one input to the next.</summary>
    public int Step;
}
