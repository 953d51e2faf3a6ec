namespace NativeSparse.Kernels;

/// <summary>What a call reads and writes, on the device.</summary>
internal readonly record struct DeviceExpertOperands(View X, View Y, View Counts, View Experts, View Weights, int Capacity, float Scale);
