using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>A block of rows times a range of panels of one matrix: what every float32 and bfloat16 schedule of dense products is made of.</summary>
internal static unsafe class PanelBlock<TWidth, TVector>
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    /// <summary>y[row + r] = multiplier * act(x[row + r] W + bias) for panels <paramref name="first"/> to <paramref name="end"/>.</summary>
    /// <param name="x">Inputs.</param>
    /// <param name="row">The first row in all operands.</param>
    /// <param name="rows">1 to <see cref="PanelProduct{TWidth, TVector}.MaxRows"/>.</param>
    /// <param name="matrix">The weights.</param>
    /// <param name="first">First panel.</param>
    /// <param name="end">Panel after the last one.</param>
    /// <param name="epilogue">Bias, activation, multiplier.</param>
    /// <param name="sums">Where sums grow: y, or other memory where the multiplier is y.</param>
    /// <param name="y">Outputs.</param>
    /// <param name="isOnStack">Whether sums grow on the stack instead, panel by panel, so that y is written once.</param>
    [SkipLocalsInit]
    public static void Run(
        View x, int row, int rows, PanelMatrix matrix, int first, int end, in Epilogue epilogue, View sums, View y, bool isOnStack = false)
    {
        var inputs = stackalloc float*[PanelProduct<TWidth, TVector>.MaxRows];
        var grown = stackalloc float*[PanelProduct<TWidth, TVector>.MaxRows];
        var outputs = stackalloc float*[PanelProduct<TWidth, TVector>.MaxRows];
        var multipliers = stackalloc float*[PanelProduct<TWidth, TVector>.MaxRows];
        for (var r = 0; r < rows; r++)
        {
            inputs[r] = x.Row(row + r);
            outputs[r] = y.Row(row + r);
            grown[r] = sums.Row(row + r);
            multipliers[r] = epilogue.Multiplier.Row(row + r);
        }

        var finish = new Finish
        {
            Activation = epilogue.Activation,
            Bias = (float*)epilogue.Bias.Address,
            Multiplier = epilogue.Multiplier.IsEmpty ? null : multipliers,
        };
        var places = sums.Address == y.Address ? outputs : grown;
        if (matrix.Precision == Precision.Float32)
        {
            Run<Float32Weights<TWidth, TVector>>(inputs, rows, matrix, first, end, finish, isOnStack ? null : places, outputs);
        }
        else
        {
            Run<BFloat16Weights<TWidth, TVector>>(inputs, rows, matrix, first, end, finish, isOnStack ? null : places, outputs);
        }
    }

    private static void Run<TWeights>(
        float** x, int rows, PanelMatrix matrix, int first, int end, in Finish finish, float** sums, float** y)
        where TWeights : struct, IPanelWeights<TVector>
    {
        if (sums is null)
        {
            RunOnStack<TWeights>(x, rows, matrix.Weights, matrix.Shape, first, end, finish, y);
        }
        else
        {
            PanelProduct<TWidth, TVector>.Run<TWeights>(x, rows, matrix.Weights, matrix.Shape, first, end, sums, add: false, finish, y);
        }
    }

    [SkipLocalsInit]
    private static void RunOnStack<TWeights>(
        float** x, int rows, void* weights, in PanelShape shape, int first, int end, in Finish finish, float** y)
        where TWeights : struct, IPanelWeights<TVector>
    {
        var panel = PanelProduct<TWidth, TVector>.Panel;
        var values = stackalloc float[PanelProduct<TWidth, TVector>.MaxRows * panel];
        var sums = stackalloc float*[PanelProduct<TWidth, TVector>.MaxRows];
        for (var p = first; p < end; p++)
        {
            for (var r = 0; r < rows; r++)
            {
                sums[r] = values + ((r - p) * (nint)panel);
            }

            var upcoming = p < end - 1 ? TWeights.At(weights, shape.Offset(0, p + 1)) : null;
            PanelProduct<TWidth, TVector>.Run<TWeights>(x, rows, weights, shape, p, p + 1, sums, add: false, finish, y, upcoming);
        }
    }
}
