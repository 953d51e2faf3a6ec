using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>Finishes complete sums of one panel: bias, activation, multiplier, row scale.</summary>
internal static unsafe class PanelFinish<TWidth, TVector>
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    /// <summary>y[r][column ...] = finish(sums[r][sumColumn ...]) for the two registers of a panel.</summary>
    public static void Run(in Finish finish, float** sums, nint sumColumn, float** y, int rows, nint column)
    {
        switch (finish.Activation.Kind)
        {
            case ActivationKind.Identity:
                Run<VectorActivations.Identity>(finish, sums, sumColumn, y, rows, column);
                break;
            case ActivationKind.Relu:
                Run<VectorActivations.Relu>(finish, sums, sumColumn, y, rows, column);
                break;
            case ActivationKind.Relu2:
                Run<VectorActivations.Relu2>(finish, sums, sumColumn, y, rows, column);
                break;
            case ActivationKind.Relu6:
                Run<VectorActivations.Relu6>(finish, sums, sumColumn, y, rows, column);
                break;
            case ActivationKind.Gelu:
                Run<VectorActivations.Gelu>(finish, sums, sumColumn, y, rows, column);
                break;
            case ActivationKind.GeluTanh:
                Run<VectorActivations.GeluTanh>(finish, sums, sumColumn, y, rows, column);
                break;
            case ActivationKind.QuickGelu:
                Run<VectorActivations.QuickGelu>(finish, sums, sumColumn, y, rows, column);
                break;
            case ActivationKind.Silu:
                Run<VectorActivations.Silu>(finish, sums, sumColumn, y, rows, column);
                break;
            case ActivationKind.HardSwish:
                Run<VectorActivations.HardSwish>(finish, sums, sumColumn, y, rows, column);
                break;
            case ActivationKind.HardSigmoid:
                Run<VectorActivations.HardSigmoid>(finish, sums, sumColumn, y, rows, column);
                break;
            case ActivationKind.Mish:
                Run<VectorActivations.Mish>(finish, sums, sumColumn, y, rows, column);
                break;
            case ActivationKind.Softplus:
                Run<VectorActivations.Softplus>(finish, sums, sumColumn, y, rows, column);
                break;
            case ActivationKind.Elu:
                Run<VectorActivations.Elu>(finish, sums, sumColumn, y, rows, column);
                break;
            case ActivationKind.Selu:
                Run<VectorActivations.Selu>(finish, sums, sumColumn, y, rows, column);
                break;
            case ActivationKind.LeakyRelu:
                Run<VectorActivations.LeakyRelu>(finish, sums, sumColumn, y, rows, column);
                break;
            case ActivationKind.Tanh:
                Run<VectorActivations.Tanh>(finish, sums, sumColumn, y, rows, column);
                break;
            case ActivationKind.Sigmoid:
                Run<VectorActivations.Sigmoid>(finish, sums, sumColumn, y, rows, column);
                break;
            default:
                throw new NotSupportedException($"activation {finish.Activation.Kind} has no vectorized version");
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TActivation>(in Finish finish, float** sums, nint sumColumn, float** y, int rows, nint column)
        where TActivation : struct, IVectorActivation
    {
        var next = column + TWidth.Lanes;
        var slope = TWidth.Broadcast(finish.Activation.Slope);
        var bias0 = finish.Bias is null ? default : TWidth.Load(finish.Bias + column);
        var bias1 = finish.Bias is null ? default : TWidth.Load(finish.Bias + next);
        var multiplier = finish.Multiplier;
        var rowScale = finish.RowScale;
        for (var r = 0; r < rows; r++)
        {
            var v0 = TActivation.Apply<TWidth, TVector>(TWidth.Add(TWidth.Load(sums[r] + sumColumn), bias0), slope);
            var v1 = TActivation.Apply<TWidth, TVector>(TWidth.Add(TWidth.Load(sums[r] + sumColumn + TWidth.Lanes), bias1), slope);
            if (multiplier is not null)
            {
                v0 = TWidth.Multiply(v0, TWidth.Load(multiplier[r] + column));
                v1 = TWidth.Multiply(v1, TWidth.Load(multiplier[r] + next));
            }

            if (rowScale is not null)
            {
                var scale = TWidth.Broadcast(rowScale[r]);
                v0 = TWidth.Multiply(v0, scale);
                v1 = TWidth.Multiply(v1, scale);
            }

            TWidth.Store(v0, y[r] + column);
            TWidth.Store(v1, y[r] + next);
        }
    }
}
