namespace NativeSparse.Onnx;

/// <summary>How a model is written.</summary>
public sealed record SaveOptions
{
    /// <summary>
    /// Bytes of tensor data that the model file itself may hold. Above it, every initializer of at least
    /// <see cref="SmallestExternal"/> bytes goes to <c>NAME.data</c> beside the file. The default leaves room under the 2 GB that the
    /// format's readers accept.
    /// </summary>
    public long ExternalDataThreshold { get; init; } = int.MaxValue - (128L << 20);

    /// <summary>Initializers below this number of bytes stay in the model file: shape inference wants to see them.</summary>
    public int SmallestExternal { get; init; } = 1024;
}
