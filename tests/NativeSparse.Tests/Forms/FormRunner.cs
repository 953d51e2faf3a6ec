using NativeSparse.Forms;
using NativeSparse.Kernels;

namespace NativeSparse.Tests.Forms;

/// <summary>Runs a form on managed rows.</summary>
internal static unsafe class FormRunner
{
    /// <summary>The form's output for rows of inputs.</summary>
    public static float[] Run(FeedForward form, float[] x, WorkSplitter? splitter = null)
    {
        using var scratch = new Scratch();
        var y = new float[x.Length / form.InputWidth * form.OutputWidth];
        Run(form, x, y, new Execution(splitter ?? SerialSplitter.Instance, scratch));
        return y;
    }

    /// <summary>The same into the caller's rows.</summary>
    public static void Run(FeedForward form, float[] x, float[] y, in Execution execution)
    {
        var rows = x.Length / form.InputWidth;
        fixed (float* input = x)
        fixed (float* output = y)
        {
            using var scope = execution.Scratch.Enter();
            form.Run(execution, View.Create((nint)input, rows, form.InputWidth), View.Create((nint)output, rows, form.OutputWidth));
        }
    }
}
