using MaaS.Fuzzing.Engine;

// `dotnet run -c Release --project tests/MaaS.Fuzzing -- HARNESS --inputs 2000000 --seed 1 [--output FOLDER]`; without
// a name it lists them.
return FuzzArguments.TryParse(args) is { } arguments
    ? arguments.IsWorker ? FuzzWorker.Run(arguments) : FuzzSupervisor.Run(arguments)
    : FuzzArguments.Usage();
