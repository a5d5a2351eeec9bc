namespace MaaS.Client;

/// <summary>What to do about errors.</summary>
internal static class ErrorAdvice
{
    public static string Of(ErrorKind kind) => kind switch
    {
        ErrorKind.Unreachable => "check the address and that the server runs",
        ErrorKind.Disconnected => "the server or a proxy ended the connection; look into its log",
        ErrorKind.Timeout => "give it more time, or a smaller request",
        ErrorKind.Unauthenticated => "set ApiKey, BearerToken or a client certificate that the server knows",
        ErrorKind.Forbidden => "use a key that has the scope and the model",
        ErrorKind.NotFound => "ask the index for the models and versions that are there",
        ErrorKind.Refused => "compare the request with the model's metadata",
        ErrorKind.Busy => "send less at once, or add servers",
        ErrorKind.Unavailable => "try later, or ask the server's health for what it waits for",
        ErrorKind.ServerFault => "look into the server's log",
        _ => "check that the address is that of a model server and the transport its protocol",
    };
}
