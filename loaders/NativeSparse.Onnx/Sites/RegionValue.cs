namespace NativeSparse.Onnx;

/// <summary>What is known of a value between the linears of a candidate.</summary>
/// <param name="Axis">The axis of its features, from the end.</param>
/// <param name="Width">Number of features.</param>
/// <param name="Stage">How many movements lie between the first linear and it.</param>
/// <param name="Leaf">What it is while nothing but a linear and its biases; null behind the first function.</param>
/// <param name="Inner">Where the features lie on the last two axes: the length of the last one; else 0.</param>
internal sealed record RegionValue(int Axis, long Width, int Stage, Leaf? Leaf, long Inner = 0);
