namespace NativeSparse.Kernels;

/// <summary>Runs every index on the calling thread.</summary>
public sealed unsafe class SerialSplitter : WorkSplitter
{
    private SerialSplitter()
    {
    }

    /// <summary>The only instance.</summary>
    public static SerialSplitter Instance { get; } = new();

    /// <inheritdoc/>
    public override int Threads => 1;

    internal override void RunCore(int count, delegate*<void*, int, void> body, void* state)
    {
        for (var i = 0; i < count; i++)
        {
            body(state, i);
        }
    }
}
