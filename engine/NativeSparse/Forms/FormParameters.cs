namespace NativeSparse.Forms;

/// <summary>What a form is made of before packing: the content of its node in a saved file. Immutable by convention.</summary>
internal abstract record FormParameters;
