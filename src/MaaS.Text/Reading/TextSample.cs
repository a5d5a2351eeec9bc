
namespace MaaS.Text.Reading;

/// <summary>A labelled text.</summary>
/// <param name="Row">Where its file has it: the record, 1 for the first (a header counts).</param>
/// <param name="Text">Never empty.</param>
/// <param name="Label">Name of its class; empty where labels are not read.</param>
public sealed record TextSample(long Row, string Text, string Label);
