using NativeSparse.Forms;
using NativeSparse.Kernels;

namespace NativeSparse.Session;

/// <summary>An operator on a device: its input is copied there once and each output back once, and what lies between stays there.</summary>
internal sealed class DeviceOperator(NodeOperator inner, DeviceBackend backend) : NodeOperator
{
    /// <inheritdoc/>
    public override int InputWidth => inner.InputWidth;

    /// <inheritdoc/>
    public override IReadOnlyList<int> OutputWidths => inner.OutputWidths;

    /// <inheritdoc/>
    public override Precision Precision => inner.Precision;

    /// <inheritdoc/>
    public override string Version => inner.Version;

    /// <inheritdoc/>
    public override long ByteCount => inner.ByteCount;

    /// <inheritdoc/>
    public override void Run(in Execution execution, View x, ReadOnlySpan<View> outputs)
    {
        var scratch = backend.RentScratch();
        try
        {
            using var scope = scratch.Enter();
            var input = backend.Upload(scratch, x);
            Span<View> results = stackalloc View[outputs.Length];
            for (var i = 0; i < outputs.Length; i++)
            {
                results[i] = scratch.Rent(outputs[i].Rows, outputs[i].Columns);
            }

            inner.Run(new Execution(execution.Splitter, scratch, execution.Cancellation), input, results);
            for (var i = 0; i < outputs.Length; i++)
            {
                backend.Download(results[i], outputs[i]);
            }
        }
        finally
        {
            backend.Return(scratch);
        }
    }

    /// <inheritdoc/>
    public override void Dispose() => inner.Dispose();
}
