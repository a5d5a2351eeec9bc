namespace MaaS.Serving.Models;

/// <summary>Which model a request asks for.</summary>
/// <param name="Name">Its name; null for the default one.</param>
/// <param name="Version">Its version as the address has it; null to let labels and routing decide.</param>
/// <param name="Label">A label, as <c>stable</c>; null for none. Never beside a version.</param>
public readonly record struct ModelReference(string? Name, string? Version = null, string? Label = null);
