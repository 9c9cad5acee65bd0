/** Thrown where a reply is not what HTTP/1.1 allows. Its message names the rule and never holds what came. */
export class MalformedReply extends Error {
  constructor(message: string) {
    super(message);
    this.name = "MalformedReply";
  }
}
