namespace MaaS.Registry.Studies;

/// <summary>A study as the store keeps it.</summary>
/// <param name="Id">Tells it apart inside the store.</param>
/// <param name="Name">Its name.</param>
/// <param name="Definition">What it was begun with, in the words of whoever began it.</param>
/// <param name="Created">When.</param>
public sealed record StudyRecord(long Id, string Name, string Definition, DateTimeOffset Created);
