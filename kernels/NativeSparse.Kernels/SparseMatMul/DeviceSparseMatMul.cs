using ILGPU;
using ILGPU.Runtime;

namespace NativeSparse.Kernels;

/// <summary>Sparse products on a device: rows of tokens are transposed first, so that neighbouring threads read neighbouring tokens.</summary>
internal sealed class DeviceSparseMatMul(Device device) : ISparseMatMul
{
    private readonly DeviceKernel<SparseLauncher> _single = new(device, KernelMethods.SparseSingle);
    private readonly DeviceKernel<SparseLauncher> _quads = new(device, KernelMethods.SparseQuads);
    private readonly DeviceTranspose _transpose = new(device);
    private readonly DeviceSparseInt8 _int8 = new(device);

    private delegate void SparseLauncher(AcceleratorStream stream, KernelConfig config, SparseParameters parameters, SparseOperands operands);

    public string Version => DeviceDenseMatMul.VersionName;

    public PackedSparse Pack(SparseWeights weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return new DeviceSparse(device, weights);
    }

    public PackedSparse Pack(QuantizedSparseWeights weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return new DeviceQuantizedSparse(device, weights);
    }

    public void Run(in Execution execution, View x, PackedSparse weights, in Epilogue epilogue, View y)
    {
        SparseArguments.CheckRun(x, weights, epilogue, y);
        var (floats, integers) = Own(weights);
        execution.Cancellation.ThrowIfCancellationRequested();
        if (y.Rows == 0)
        {
            return;
        }

        try
        {
            using var call = new DeviceCall(device);
            var (input, result) = (call.Read(x), call.Write(y));
            if (integers is not null)
            {
                _int8.Run(call, input, integers, epilogue, result, isChannels: false);
            }
            else
            {
                var turned = _transpose.Run(call, call.Values<float>(input), x.Rows, x.Columns, input.Stride);
                var p = new SparseParameters { Tokens = y.Rows, TokenStep = result.Stride, OutputStep = 1 };
                Launch(call, p, turned, floats!, epilogue, result);
            }

            call.Finish();
        }
        catch (AcceleratorException failure)
        {
            throw new DeviceLostException(device.Name, failure);
        }
    }

    public void RunChannels(in Execution execution, View x, PackedSparse weights, in Epilogue epilogue, View y)
    {
        SparseArguments.CheckChannels(x, weights, epilogue, y);
        var (floats, integers) = Own(weights);
        execution.Cancellation.ThrowIfCancellationRequested();
        if (y.Columns == 0)
        {
            return;
        }

        try
        {
            using var call = new DeviceCall(device);
            var (input, result) = (call.Read(x), call.Write(y));
            if (integers is not null)
            {
                var pixels = _transpose.Run(call, call.Values<float>(input), x.Rows, x.Columns, input.Stride);
                _int8.Run(call, pixels, integers, epilogue, result, isChannels: true);
            }
            else
            {
                var p = new SparseParameters { Tokens = y.Columns, TokenStep = 1, OutputStep = result.Stride };
                Launch(call, p, input, floats!, epilogue, result);
            }

            call.Finish();
        }
        catch (AcceleratorException failure)
        {
            throw new DeviceLostException(device.Name, failure);
        }
    }

    private static int Groups(int count, int size) => (count + size - 1) / size;

    private void Launch(in DeviceCall call, SparseParameters p, View inputs, DeviceSparse weights, in Epilogue epilogue, View result)
    {
        var (bias, multiplier) = (call.Read(epilogue.Bias), call.Read(epilogue.Multiplier));
        p.Outputs = weights.OutputWidth;
        p.BlockHeight = weights.BlockHeight;
        p.InputStride = inputs.Stride;
        p.MultiplierStride = multiplier.Stride;
        p.Activation = (int)epilogue.Activation.Kind;
        p.Slope = epilogue.Activation.Slope;
        p.HasBias = bias.IsEmpty ? 0 : 1;
        p.HasMultiplier = multiplier.IsEmpty ? 0 : 1;
        p.IsAligned = inputs.Stride % 4 == 0 && inputs.Address % 16 == 0 ? 1 : 0;
        var o = new SparseOperands
        {
            Starts = call.Values<int>(weights.Starts, weights.BlockRows + 1),
            Entries = weights.EntryCount == 0 ? call.Values<int>(default) : call.Values<int>(weights.Inputs, weights.EntryCount),
            Values = weights.EntryCount == 0 ? call.Values<float>(default) : call.Values<float>(weights.Values, (long)weights.EntryCount * weights.BlockHeight),
            Inputs = call.Values<float>(inputs),
            Bias = call.Values<float>(bias),
            Multiplier = call.Values<float>(multiplier),
            Outputs = call.Values<float>(result),
        };
        var isQuads = weights.BlockHeight >= 4;
        var outputs = device.GroupThreads / SparseKernel.Lanes * (isQuads ? 4 : 1);
        var grid = new Index3D(Groups(p.Tokens, 4 * SparseKernel.Lanes), Groups(p.Outputs, outputs), 1);
        (isQuads ? _quads : _single).Launcher(device.Launch(), new KernelConfig(grid, new Index3D(device.GroupThreads, 1, 1)), p, o);
    }

    private (DeviceSparse? Floats, DeviceQuantizedSparse? Integers) Own(PackedSparse weights)
    {
        var (floats, integers) = (weights as DeviceSparse, weights as DeviceQuantizedSparse);
        return (floats?.Device ?? integers?.Device) == device ? (floats, integers) : throw DenseArguments.Foreign(device.Name, nameof(weights));
    }
}
