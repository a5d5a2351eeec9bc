namespace MaaS.Training.Models;

/// <summary>A model that can be made by name: an <see cref="ImageModelEntry"/> or a
/// <see cref="TextModelEntry"/>.</summary>
/// <param name="Name">Lower case; no other model of <see cref="ModelCatalog"/> has it.</param>
/// <param name="Description">One line.</param>
public abstract record ModelEntry(string Name, string Description);
