using NativeSparse.Forms;
using NativeSparse.Kernels;

namespace NativeSparse.Session;

/// <summary>One form node of a session. Entered by several threads at once when runs overlap.</summary>
internal sealed unsafe class FormNodeKernel(FormTable forms, string site)
{
    private const int MaxRank = 16;

    private readonly NodeOperator _form = forms[site];
    private readonly RunSlotPool _slots = forms.Slots;

    /// <summary>Reads the node's input, runs what the site is, writes the outputs.</summary>
    public void Compute(nint context)
    {
        nint input;
        OrtApi.Check(((delegate* unmanaged<nint, nuint, nint*, nint>)OrtApi.Function(OrtFunction.KernelContext_GetInput))(context, 0, &input));
        Span<long> shape = stackalloc long[MaxRank];
        var rank = OrtApi.GetShape(input, shape);
        if (rank == 0 || shape[rank - 1] != _form.InputWidth)
        {
            throw new ShapeMismatchException(
                $"input of site '{site}'", $"[..., {_form.InputWidth}]", $"[{string.Join(", ", shape[..rank].ToArray())}]");
        }

        long rows = 1;
        for (var i = 0; i < rank - 1; i++)
        {
            rows *= shape[i];
        }

        Span<View> outputs = stackalloc View[_form.OutputWidths.Count];
        for (var i = 0; i < outputs.Length; i++)
        {
            shape[rank - 1] = _form.OutputWidths[i];
            outputs[i] = Output(context, i, shape[..rank], rows);
        }

        if (rows == 0)
        {
            return;
        }

        var x = View.Create(OrtApi.GetData(input), checked((int)rows), _form.InputWidth);
        var slot = _slots.Rent();
        try
        {
            slot.Splitter.Context = context;
            using var scope = slot.Scratch.Enter();
            _form.Run(new Execution(slot.Splitter, slot.Scratch), x, outputs);
        }
        catch (DeviceLostException failure)
        {
            forms.Loss = failure;
            throw;
        }
        finally
        {
            slot.Splitter.Context = 0;
            _slots.Return(slot);
        }
    }

    /// <summary>One of the node's outputs, made in its shape.</summary>
    private static View Output(nint context, int index, ReadOnlySpan<long> shape, long rows)
    {
        nint output;
        fixed (long* address = shape)
        {
            OrtApi.Check(((delegate* unmanaged<nint, nuint, long*, nuint, nint*, nint>)OrtApi.Function(OrtFunction.KernelContext_GetOutput))(
                context, (nuint)index, address, (nuint)shape.Length, &output));
        }

        return rows == 0 ? default : View.Create(OrtApi.GetData(output), checked((int)rows), (int)shape[^1]);
    }
}
