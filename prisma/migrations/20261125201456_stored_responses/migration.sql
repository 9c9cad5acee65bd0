-- CreateTable
CREATE TABLE "stored_response" (
    "id" UUID NOT NULL,
    "org_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "is_test" BOOLEAN NOT NULL,
    "response_id" TEXT NOT NULL,
    "key_id" UUID,
    "model" TEXT NOT NULL,
    "turns" INTEGER NOT NULL,
    "output_ids" TEXT[],
    "input" BYTEA NOT NULL,
    "response" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "stored_response_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "stored_response_output_ids_idx" ON "stored_response" USING GIN ("output_ids");

-- CreateIndex
CREATE INDEX "stored_response_expires_at_idx" ON "stored_response"("expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "stored_response_org_id_project_id_is_test_response_id_key" ON "stored_response"("org_id", "project_id", "is_test", "response_id");

-- Ciphertext does not compress: it goes out of line as it is.
ALTER TABLE "stored_response" ALTER COLUMN "input" SET STORAGE EXTERNAL, ALTER COLUMN "response" SET STORAGE EXTERNAL;
