namespace NativeSparse.Kernels;

/// <summary>The activations of the vector kernels on one value, chosen at run time: all threads of a launch take the same way.</summary>
internal static class DeviceActivation
{
    public static float Apply(int kind, float slope, float x)
    {
        switch ((ActivationKind)kind)
        {
            case ActivationKind.Relu:
                return VectorActivations.Relu.Apply<DeviceWidth, float>(x, slope);
            case ActivationKind.Relu2:
                return VectorActivations.Relu2.Apply<DeviceWidth, float>(x, slope);
            case ActivationKind.Relu6:
                return VectorActivations.Relu6.Apply<DeviceWidth, float>(x, slope);
            case ActivationKind.Gelu:
                return VectorActivations.Gelu.Apply<DeviceWidth, float>(x, slope);
            case ActivationKind.GeluTanh:
                return VectorActivations.GeluTanh.Apply<DeviceWidth, float>(x, slope);
            case ActivationKind.QuickGelu:
                return VectorActivations.QuickGelu.Apply<DeviceWidth, float>(x, slope);
            case ActivationKind.Silu:
                return VectorActivations.Silu.Apply<DeviceWidth, float>(x, slope);
            case ActivationKind.HardSwish:
                return VectorActivations.HardSwish.Apply<DeviceWidth, float>(x, slope);
            case ActivationKind.HardSigmoid:
                return VectorActivations.HardSigmoid.Apply<DeviceWidth, float>(x, slope);
            case ActivationKind.Mish:
                return VectorActivations.Mish.Apply<DeviceWidth, float>(x, slope);
            case ActivationKind.Softplus:
                return VectorActivations.Softplus.Apply<DeviceWidth, float>(x, slope);
            case ActivationKind.Elu:
                return VectorActivations.Elu.Apply<DeviceWidth, float>(x, slope);
            case ActivationKind.Selu:
                return VectorActivations.Selu.Apply<DeviceWidth, float>(x, slope);
            case ActivationKind.LeakyRelu:
                return VectorActivations.LeakyRelu.Apply<DeviceWidth, float>(x, slope);
            case ActivationKind.Tanh:
                return VectorActivations.Tanh.Apply<DeviceWidth, float>(x, slope);
            case ActivationKind.Sigmoid:
                return VectorActivations.Sigmoid.Apply<DeviceWidth, float>(x, slope);
            default:
                return x;
        }
    }
}
