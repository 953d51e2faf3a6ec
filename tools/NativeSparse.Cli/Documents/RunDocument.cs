namespace NativeSparse.Cli.Documents;

/// <summary>Answer of <c>run</c>.</summary>
/// <param name="Outputs">What the model gave.</param>
/// <param name="Compare">The outputs beside those of a file, or null.</param>
/// <param name="Backend">Where the converted sites ran; <c>onnxruntime</c> when there are none.</param>
/// <param name="Sites">How many sites ran on our kernels.</param>
/// <param name="Threads">Threads of the session.</param>
/// <param name="Milliseconds">Median time of a run after warm-up.</param>
/// <param name="BytesAllocatedPerRun">Managed bytes that a run on the caller's buffers allocates after warm-up.</param>
internal sealed record RunDocument(
    IReadOnlyList<OutputFacts> Outputs,
    CompareFacts? Compare,
    string Backend,
    int Sites,
    int Threads,
    double Milliseconds,
    long BytesAllocatedPerRun);
