using NativeSparse.Forms;
using NativeSparse.Kernels;

namespace NativeSparse.Session;

/// <summary>A form on a device: its input is copied there once and its output back once, and what lies between stays there.</summary>
internal sealed class DeviceFeedForward(FeedForward form, DeviceBackend backend) : FeedForward
{
    /// <inheritdoc/>
    public override int InputWidth => form.InputWidth;

    /// <inheritdoc/>
    public override int OutputWidth => form.OutputWidth;

    /// <inheritdoc/>
    public override Precision Precision => form.Precision;

    /// <inheritdoc/>
    public override string Version => form.Version;

    /// <inheritdoc/>
    public override long ByteCount => form.ByteCount;

    /// <inheritdoc/>
    public override void Run(in Execution execution, View x, View y)
    {
        var scratch = backend.RentScratch();
        try
        {
            using var scope = scratch.Enter();
            var input = backend.Upload(scratch, x);
            var output = scratch.Rent(y.Rows, y.Columns);
            form.Run(new Execution(execution.Splitter, scratch, execution.Cancellation), input, output);
            backend.Download(output, y);
        }
        finally
        {
            backend.Return(scratch);
        }
    }

    /// <inheritdoc/>
    public override void Dispose() => form.Dispose();
}
