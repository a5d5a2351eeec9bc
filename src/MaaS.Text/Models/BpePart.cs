namespace MaaS.Text.Models;

/// <summary>A token and the range of the word that it covers.</summary>
internal readonly record struct BpePart(int Id, int Start, int End);
