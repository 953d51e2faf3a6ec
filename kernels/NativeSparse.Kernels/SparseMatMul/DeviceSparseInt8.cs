using ILGPU;
using ILGPU.Runtime;

namespace NativeSparse.Kernels;

/// <summary>Sparse int8 products on a device: rows are rounded, their words transposed, and multiplied list by list.</summary>
internal sealed class DeviceSparseInt8(Device device)
{
    private readonly DeviceRounding _rounding = new(device);
    private readonly DeviceTranspose _transpose = new(device);
    private readonly DeviceKernel<Launcher> _kernel = new(device, KernelMethods.SparseInt8);

    private delegate void Launcher(AcceleratorStream stream, KernelConfig config, SparseInt8Parameters parameters, SparseInt8Operands operands);

    /// <param name="call">The call.</param>
    /// <param name="x">Tokens, or pixels, as rows on the device.</param>
    /// <param name="weights">This device's.</param>
    /// <param name="epilogue">Where it lies.</param>
    /// <param name="y">On the device.</param>
    /// <param name="isChannels">Whether <paramref name="y"/> is rows of channels.</param>
    public void Run(in DeviceCall call, View x, DeviceQuantizedSparse weights, in Epilogue epilogue, View y, bool isChannels)
    {
        var operands = weights.Operands(call);
        var rounded = RoundedRows.Rent(call, x, 1, weights.WordsOfRow);
        _rounding.Run(call, x, weights.Parts(call), rounded);
        var turned = _transpose.Run(call, rounded.Words.Cast<float>(), x.Rows, weights.WordsOfRow, rounded.Stride);
        var (bias, multiplier) = (call.Read(epilogue.Bias), call.Read(epilogue.Multiplier));
        operands.Inputs = call.Values<Quad>(turned);
        operands.Rows = rounded.Quanta;
        operands.Bias = call.Values<float>(bias);
        operands.Multiplier = call.Values<float>(multiplier);
        operands.Outputs = call.Values<float>(y);
        var shares = device.GroupThreads / (weights.BlockHeight / SparseInt8Kernel.Outputs);
        var turns = 1;
        while (2 * turns <= shares && shares / (2 * turns) * SparseInt8Kernel.Tokens >= x.Rows)
        {
            turns *= 2;
        }

        var p = new SparseInt8Parameters
        {
            Tokens = x.Rows,
            Outputs = weights.OutputWidth,
            BlockHeight = weights.BlockHeight,
            Turns = turns,
            InputStride = turned.Stride,
            TokenStep = isChannels ? 1 : y.Stride,
            OutputStep = isChannels ? y.Stride : 1,
            MultiplierStride = multiplier.Stride,
            Activation = (int)epilogue.Activation.Kind,
            Slope = epilogue.Activation.Slope,
            HasBias = bias.IsEmpty ? 0 : 1,
            HasMultiplier = multiplier.IsEmpty ? 0 : 1,
        };
        var tokens = shares / turns * SparseInt8Kernel.Tokens;
        var grid = new Index3D((x.Rows + tokens - 1) / tokens, weights.BlockRows, 1);
        _kernel.Launcher(device.Launch(), new KernelConfig(grid, new Index3D(device.GroupThreads, 1, 1)), p, operands);
    }
}
